"""A golden set of reports with everything they add to the figures, worked out by hand.

How to read a row: the life as `DAY[.HOUR] step [place] [reason or stars]`, days of June 2026 (the 1st is a Monday, the 16th a holiday, nobody
works at week-ends), nine o'clock when nothing is said; then the deadlines as `key START>DUE` and what happened to them; then, for
each place, what it adds: `measure@DAY`, `measure=VALUE@DAY` for one with its dim, `measure:VALUE@DAY` for the dim alone, `*n` for more
than one. Everything is told as of noon of the 30th. Nation N; city A with units A1 and A2; ministry B; T in the far east (two hours ahead).
"""

from tests.monitoring.hand import Row

RESOLUTION = "resolution_non_oversight"
GOLDEN = (
    Row(
        "handled from end to end",
        "1 submit N; 2 dispose_to_institution A; 3 dispose_to_unit A1; 5 respond; 10 answer; 12 confirm 5",
        """
        N: received@1 validated@1 responded@1 followed_up@1 completed=reporter_confirmed@1 arrived@1 arrived@2 verify_days=1@2 verify_days=1@3
        N: disposed_on@2 disposed_here@2 met=verify_national@2
        A: received@2 validated@2 responded@2 followed_up@2 completed=reporter_confirmed@2 arrived@2 verify_days=1@3 disposed_here@2
        N A: disposed_on@3 met=verify_institution@3
        A1: received@3 validated@3 responded@3 followed_up@3 completed=reporter_confirmed@3
        N A A1: disposed_here@3 response_days=2@5 followup_days=5@10 followup_days_raw=5@10 closed=reporter_confirmed@12 rated=5@12 stars@12*5
        N A A1: met=first_response@5 met=resolution_non_oversight@10 met=statutory_60@10
        N: handling_days=11@12
        A: handling_days=10@12
        A1: handling_days=9@12
        """,
        "verify_national 1>4 stop 2; verify_institution 2>5 stop 3; first_response 2>9 stop 5;"
        f"{RESOLUTION} 2>23 pause 10 answer stop 12; statutory_60 1>61 stop 10",
    ),
    Row("archived", "1 submit N; 2 archive too_general", "N: received@1 archived=too_general@1 arrived@1 verify_days=1@2"),
    Row("spam", "1 submit N; 2 archive spam_or_abuse", clocks="verify_national 1>4 stop 2"),
    Row("advertisement", "1 submit N; 2 archive advertisement"),
    Row("test", "1 submit N; 9 archive test_message", clocks="verify_national 1>4 stop 9"),
    Row("merged", "1 submit N; 2 dispose_to_institution A; 3 merge", clocks="verify_institution 2>5 stop 3"),
    Row(
        "taken for spam, and restored",
        "1 submit N; 2 archive spam_or_abuse; 3 restore N",
        "N: received@1 arrived@1 verify_days=1@2 restored@3 arrived@3",
    ),
    Row(
        "archived by a city, restored to the nation",
        "1 submit A; 2 archive format_error; 4 restore N",
        "N: received@1 arrived@1 verify_days=1@2 restored@4 arrived@4\nA: received@1 arrived@1 verify_days=1@2 restored@4",
    ),
    Row(
        "pended and completed",
        "1 submit N; 2 pend incomplete; 5 complete; 8 dispose_to_institution A",
        """
        N: received@1 validated@1 arrived@1 verify_days=1@2 pended=incomplete@2 arrived@5 verify_days=1@8 disposed_on@8
        N: met=completeness_answer@2
        N A: arrived@8 disposed_here@8
        A: received@8 validated@8
        """,
        "completion 2>16 stop 5; completeness_answer 1>15 stop 2",
    ),
    Row(
        "pended, and nobody answered",
        "1 submit N; 2 pend unclear_place; 17 lapse not_completed",
        "N: received@1 archived=not_completed@1 arrived@1 verify_days=1@2 pended=unclear_place@2",
        "completion 2>16 stop 17",
    ),
    Row("withdrawn in the queue", "1 submit N; 3 withdraw", "N: received@1 arrived@1 closed=withdrawn@3 handling_days=2@3"),
    Row(
        "handed over",
        "1 submit N; 3 hand_over",
        "N: received@1 validated@1 completed=handed_over@1 arrived@1 verify_days=2@3 closed=handed_over@3 handling_days=2@3",
        "reopen_window 3>33",
    ),
    Row(
        "returned, and sent to the right one",
        "1 submit N; 2 dispose_to_institution A; 4 return_upward N; 5 dispose_to_institution B",
        """
        N: received@1 validated@1 arrived@1 arrived@2 arrived@4 arrived@5 verify_days=1@2 verify_days=2@4 verify_days=1@5
        N: disposed_on@2 disposed_here@2 returned@4 misrouted@4 disposed_on@5 disposed_here@5
        A: received@2 validated@2 arrived@2 verify_days=2@4 disposed_here@2 returned@4
        B: received@5 validated@5 arrived@5 disposed_here@5
        """,
        f"first_response 2>9 void 4; {RESOLUTION} 2>3 void 4",
    ),
    Row(
        "answered by another than the one it came to first",
        "1 submit N; 2 dispose_to_institution A; 3 return_upward N; 3 dispose_to_institution B; 3 respond; 4 answer; 5 confirm 3",
        """
        N: received@1 validated@1 responded@1 followed_up@1 completed=reporter_confirmed@1 arrived@1 arrived@2 arrived@3*2 verify_days=1@2
        N: disposed_on@2 disposed_here@2 verify_days=1@3 verify_days=0@3*2 returned@3 misrouted@3 disposed_on@3 disposed_here@3
        A: received@2 validated@2 followed_up@2 completed=reporter_confirmed@2 arrived@2 disposed_here@2 verify_days=1@3 returned@3
        B: received@3 validated@3 responded@3 followed_up@3 completed=reporter_confirmed@3 arrived@3 disposed_here@3 verify_days=0@3
        N B: response_days=0@3 followup_days=1@4 followup_days_raw=1@4 closed=reporter_confirmed@5 rated=3@5 stars@5*3
        N: handling_days=4@5
        B: handling_days=2@5
        """,
    ),
    Row(
        "returned by a unit, sent to the other one",
        "1 submit A; 2 dispose_to_unit A1; 4 return_to_admin A; 5 dispose_to_unit A2",
        """
        N A: received@1 validated@1 arrived@1 verify_days=1@2 disposed_on@2 disposed_here@2 returned@4 misrouted@4 arrived@4 verify_days=1@5
        N A: disposed_on@5 disposed_here@5
        A1: received@2 validated@2 disposed_here@2 returned@4
        A2: received@5 validated@5 disposed_here@5
        """,
    ),
    Row(
        "entered directly: its return takes no disposition back",
        "1 submit A; 3 return_upward N",
        "N: received@1 arrived@1 verify_days=2@3 arrived@3\nA: received@1 arrived@1 verify_days=2@3",
    ),
    Row(
        "recalled by the nation",
        "1 submit N; 2 dispose_to_institution A; 3 return_upward N recalled",
        """
        N: received@1 validated@1 arrived@1 verify_days=1@2 disposed_on@2 arrived@2 disposed_here@2 verify_days=1@3 arrived@3
        A: received@2 validated@2 arrived@2 disposed_here@2 verify_days=1@3
        """,
    ),
    Row(
        "disputed",
        "1 submit N; 2 dispose_to_institution A; 3 dispute N; 9 dispose_to_institution B decided",
        """
        N: received@1 validated@1 arrived@1 verify_days=1@2 disposed_on@2 disposed_here@2 arrived@2 verify_days=1@3 returned@3 misrouted@3 arrived@3
        N: verify_days=4@9 disposed_on@9 disposed_here@9 arrived@9 missed=jurisdiction_decision@9
        A: received@2 validated@2 arrived@2 disposed_here@2 verify_days=1@3 returned@3
        B: received@9 validated@9 arrived@9 disposed_here@9
        """,
        "jurisdiction_decision 3>8 stop 9",
    ),
    Row(
        "handed from unit to unit",
        "1 submit A; 2 dispose_to_unit A1; 3 respond; 8 redispose A2; 10 answer",
        """
        N A: received@1 validated@1 responded@1 followed_up@1 arrived@1 verify_days=1@2 disposed_on@2 disposed_here@2 response_days=1@3
        N A: disposed_on@8 disposed_here@8 followup_days=2@10 followup_days_raw=2@10
        A1: received@2 validated@2 responded@2 followed_up@2 disposed_here@2 response_days=1@3
        A2: received@8 validated@8 responded@8 followed_up@8 disposed_here@8 response_days=2@10 followup_days=2@10 followup_days_raw=2@10
        """,
    ),
    Row(
        "to a unit with a desk of its own",
        "1 submit A; 2 dispose_to_unit A2!; 3 handle",
        """
        N A: received@1 validated@1 arrived@1 verify_days=1@2 disposed_on@2 disposed_here@2 arrived@2 verify_days=1@3
        A2: received@2 validated@2 disposed_here@2 arrived@2 verify_days=1@3
        """,
    ),
    Row(
        "held for a week",
        "1 submit A; 1.10 handle; 3 hold third_party; 10 end_hold; 12 answer",
        """
        N A: received@1 validated@1 responded@1 followed_up@1 arrived@1 verify_days=0@1 response_days=9@12 followup_days_raw=9@12 followup_days=4@12
        N A: met=resolution_non_oversight@12
        """,
        f"{RESOLUTION} 1>11 pause 3 hold resume 10>18 pause 12 answer",
    ),
    Row(
        "held, and not late meanwhile",
        "1 submit A; 1.10 handle; 3 hold court",
        "N A: received@1 validated@1 arrived@1 verify_days=0@1",
        f"{RESOLUTION} 1>5 pause 3 hold",
    ),
    Row(
        "closed by silence",
        "1 submit A; 1.10 respond; 3 answer; 18 close_by_silence",
        """
        N A: received@1 validated@1 responded@1 followed_up@1 completed=auto_no_reply@1 arrived@1 verify_days=0@1 response_days=0@1
        N A: followup_days=2@3 followup_days_raw=2@3 closed=auto_no_reply@18 handling_days=17@18
        """,
        "reporter_reply 3>17 stop 18",
    ),
    Row(
        "closed by silence, rated afterwards",
        "1 submit A; 1.10 respond; 3 answer; 18 close_by_silence; 20 rate 2",
        """
        N A: received@1 received:female@1 received:sensory@1 received:60_plus@1 validated@1 responded@1 followed_up@1 completed=auto_no_reply@1
        N A: arrived@1 verify_days=0@1 response_days=0@1 followup_days=2@3 followup_days_raw=2@3 closed=auto_no_reply@18 handling_days=17@18
        N A: rated=2@20 rated:female@20 rated:sensory@20 rated:60_plus@20 stars@20*2 stars:female@20*2 stars:sensory@20*2 stars:60_plus@20*2
        """,
        more={"people": {"gender": "female", "disability": "sensory", "age": "60_plus"}, "channel": "sms", "topic": "health"},
    ),
    Row(
        "closed by decision without a follow-up",
        "1 submit A; 1.10 respond; 2 progress; 4 close_by_decision",
        """
        N A: received@1 validated@1 responded@1 completed=decision@1 arrived@1 verify_days=0@1 response_days=0@1 closed=decision@4 handling_days=3@4
        N A: met=resolution_oversight@4
        """,
        "resolution_oversight 1>80 stop 4",
        {"track": "oversight", "is_secret": True},
    ),
    Row(
        "reopened and closed again",
        "1 submit A; 1.10 handle; 2 answer; 3 confirm 1; 5 reopen; 8 answer; 9 confirm 4",
        """
        N A: received@1 validated@1 responded@1 followed_up@1 completed=reporter_confirmed@1 arrived@1 verify_days=0@1 response_days=1@2
        N A: followup_days=1@2 followup_days_raw=1@2 closed=reporter_confirmed@3 handling_days=2@3 rated=1@3 stars@3 reopened@5
        N A: closed=reporter_confirmed@9 handling_days=8@9 rated=4@9 stars@9*4
        """,
    ),
    Row(
        "reopened and still open",
        "1 submit A; 1.10 handle; 2 answer; 3 confirm 5; 5 reopen",
        """
        N A: received@1 validated@1 responded@1 followed_up@1 arrived@1 verify_days=0@1 response_days=1@2 followup_days=1@2 followup_days_raw=1@2
        N A: closed=reporter_confirmed@3 handling_days=2@3 rated=5@3 stars@3*5 reopened@5 met=resolution_non_oversight@2 missed=resolution_non_oversight@26
        """,
        f"{RESOLUTION} 1>19 pause 2 answer stop 3; {RESOLUTION} 5>25",
    ),
    Row(
        "a reply that was handled",
        "1 submit A; 1.10 handle; 2 answer; 3 reply; 5 progress",
        """
        N A: received@1 validated@1 responded@1 followed_up@1 arrived@1 verify_days=0@1 response_days=1@2 followup_days=1@2 followup_days_raw=1@2
        N A: met=reply_handling@5
        """,
        f"reply_handling 3>10 stop 5; {RESOLUTION} 1>30 pause 2 answer resume 3>31",
    ),
    Row(
        "a reply that nobody handled",
        "1 submit A; 1.10 handle; 2 answer; 3 reply",
        """
        N A: received@1 validated@1 responded@1 followed_up@1 arrived@1 verify_days=0@1 response_days=1@2 followup_days=1@2 followup_days_raw=1@2
        N A: missed=reply_handling@11
        """,
        "reply_handling 3>10",
    ),
    Row("never verified", "1 submit N", "N: received@1 arrived@1 missed=verify_national@5", "verify_national 1>4"),
    Row(
        "verified too late",
        "1 submit N; 10 dispose_to_institution A",
        """
        N: received@1 validated@1 arrived@1 missed=verify_national@5 verify_days=7@10 disposed_on@10 disposed_here@10 arrived@10
        A: received@10 validated@10 disposed_here@10 arrived@10
        """,
        "verify_national 1>4 stop 10; verify_institution 10>36",
    ),
    Row(
        "extended in time",
        "1 submit A; 1.10 handle; 10 answer",
        """
        N A: received@1 validated@1 responded@1 followed_up@1 arrived@1 verify_days=0@1 response_days=7@10 followup_days=7@10 followup_days_raw=7@10
        N A: met=resolution_non_oversight@10
        """,
        f"{RESOLUTION} 1>5 extend 4>12 pause 10 answer",
    ),
    Row(
        "extended when it was late already: late no more",
        "1 submit A; 1.10 handle; 8 extend",
        "N A: received@1 validated@1 arrived@1 verify_days=0@1",
        f"{RESOLUTION} 1>5 extend 8>45",
    ),
    Row(
        "past the 60 days of the law, fallen due at the unit",
        "1 submit A; 2 dispose_to_unit A1",
        """
        N A: received@1 validated@1 passed_60@1 arrived@1 verify_days=1@2 disposed_on@2
        N A A1: disposed_here@2 missed=statutory_60@21
        A1: received@2 validated@2 passed_60@2
        """,
        "statutory_60 1>20",
    ),
    Row(
        "answered within them, contested after them",
        "1 submit A; 1.10 handle; 10 answer; 25 reply",
        """
        N A: received@1 validated@1 responded@1 followed_up@1 passed_60@1 arrived@1 verify_days=0@1 response_days=7@10 followup_days=7@10
        N A: followup_days_raw=7@10 missed=statutory_60@21
        """,
        "statutory_60 1>20 stop 10 resume 25",
    ),
    Row(
        "answered too late",
        "1 submit A; 1.10 handle; 22 answer; 23 confirm 5",
        """
        N A: received@1 validated@1 responded@1 followed_up@1 completed=reporter_confirmed@1 passed_60@1 arrived@1 verify_days=0@1
        N A: response_days=14@22 followup_days=14@22 followup_days_raw=14@22 closed=reporter_confirmed@23 handling_days=22@23 rated=5@23 stars@23*5
        N A: missed=statutory_60@21 missed=resolution_non_oversight@20
        """,
        f"statutory_60 1>20 stop 22; {RESOLUTION} 1>19 pause 22 answer stop 23",
    ),
    Row(
        "a part of a unit counts below the nation",
        "2 part A1; 3 respond; 5 answer",
        """
        A A1: received@2 validated@2 responded@2 followed_up@2 disposed_here@2 response_days=1@3 followup_days=3@5 followup_days_raw=3@5
        A A1: met=support_response@3
        """,
        "support_response 2>9 stop 3",
        {"is_part": True},
    ),
    Row(
        "a part that ends with its lead",
        "2 part A2!; 4 end_part reporter_confirmed",
        """
        A A2: received@2 validated@2 completed=reporter_confirmed@2 arrived@2 disposed_here@2 closed=reporter_confirmed@4 handling_days=2@4
        """,
        more={"is_part": True},
    ),
    Row(
        "near midnight: tomorrow in the far east",
        "1 submit N; 1.23 dispose_to_institution T",
        """
        N: received@1 validated@1 arrived@1*2 verify_days=0@1 disposed_on@1 disposed_here@1 met=verify_national@1
        T: received@2 validated@2 arrived@2 disposed_here@2
        """,
        "verify_national 1>4 stop 1.23",
        {"region": "91.03", "channel": "walk_in"},
    ),
    Row(
        "over a holiday and a week-end",
        "12 submit N; 18 dispose_to_institution A",
        "N: received@12 validated@12 arrived@12 verify_days=3@18 disposed_on@18\nN A: disposed_here@18 arrived@18\nA: received@18 validated@18",
        more={"kind": "information_request", "issues": ("mbg",)},
    ),
    Row(
        "raised to the oversight track, handed to the supervisor",
        "1 submit A; 2 change_track A2!",
        "N A: received@1 arrived@1 arrived@2 verify_days=1@2\nA2: received@2 arrived@2",
        more={"track": "oversight", "is_secret": True, "kind": "complaint", "issues": ("mbg", "psn")},
    ),
    Row("not due yet", "29 submit N", "N: received@29 arrived@29", "verify_national 29>33", {"topic": "", "region": ""}),
)
