"""What the Ombudsman's own login may read: views that show what the console shows, and nothing beside them.

No identity stands in them, no officer's name, and the text of a secret case only while it is referred. The role is made once
per cluster (deploy/roles.sql). A view is read with the rights of its owner, so the role needs no right on any table.
"""

from django.db import migrations

READABLE = "('confirmed', 'accepted', 'examination', 'corrective_action', 'recommendation', 'monitored')"
# A case whose title and text everybody may read.
PUBLIC = """c.published_at IS NOT NULL AND c.taken_down_at IS NULL AND NOT c.is_secret AND c.track = 'non_oversight' AND c.lead_id IS NULL
    AND c.state <> 'archived' AND c.closure_kind <> 'merged'"""
ACTIVE = "('awaiting_verification', 'awaiting_completion', 'awaiting_followup', 'in_progress', 'awaiting_reporter', 'reporter_replied')"

LIST = f"""SELECT c.tracking_id, i.name AS institution, c.state, c.classification, CASE WHEN {PUBLIC} THEN c.title_public END AS title,
    k.started_at, k.due_at
  FROM public.complaints_clock k JOIN public.complaints_complaint c ON c.id = k.complaint_id JOIN public.institutions_institution i ON i.id = c.holder_id
  JOIN public.institutions_slapolicy p ON p.id = k.policy_id
  WHERE k.state = 'running' AND c.lead_id IS NULL AND NOT c.is_secret AND c.track = 'non_oversight' AND c.state IN {ACTIVE}"""
LIMIT = """(SELECT l.value FROM public.institutions_limit l WHERE l.key = 'ladder_4_day' AND l.valid_from <= current_date
    AND (l.valid_to IS NULL OR l.valid_to >= current_date) ORDER BY l.valid_from DESC LIMIT 1)"""

VIEWS = {
    "over_60": f"{LIST} AND k.key = 'statutory_60' AND k.due_at < now()",
    "watch_list": f"""{LIST} AND k.key = 'statutory_60' AND k.due_at >= now()
    AND (now() AT TIME ZONE k.zone)::date >= (k.due_at AT TIME ZONE k.zone)::date - p.length + {LIMIT}""",
    "deadlocks": f"{LIST} AND k.key = 'jurisdiction_decision' AND c.is_disputed AND k.due_at < now()",
    "counts": f"""SELECT i.id AS institution_id, i.name AS institution, count(*) AS over_60
  FROM public.complaints_clock k JOIN public.complaints_complaint c ON c.id = k.complaint_id JOIN public.institutions_institution i ON i.id = c.holder_id
  WHERE k.state = 'running' AND k.key = 'statutory_60' AND k.due_at < now() AND c.lead_id IS NULL AND c.state IN {ACTIVE} GROUP BY i.id, i.name""",
    "referrals": """SELECT r.id, c.tracking_id, i.name AS institution, r.cause, r.since, r.stage, r.proposed_at, r.confirmed_at, r.ended_at, r.reason, r.outcome
  FROM public.monitoring_referral r JOIN public.complaints_complaint c ON c.id = r.complaint_id JOIN public.institutions_institution i ON i.id = c.holder_id
  WHERE NOT c.is_secret OR r.confirmed_at IS NOT NULL""",
    "referral_clocks": """SELECT k.referral_id, k.key, i.name AS institution, k.started_at, k.due_at, k.stopped_at, k.outcome
  FROM public.monitoring_referralclock k JOIN public.institutions_institution i ON i.id = k.institution_id""",
    "case_files": f"""SELECT r.id AS referral_id, c.tracking_id, c.title, c.body, c.classification, c.track, c.state, c.is_secret, c.incident_date,
    c.incident_place, c.requested_outcome, c.loss, c.reported_party, c.submitted_at::date AS submitted_on, c.complete_at::date AS complete_on
  FROM public.monitoring_referral r JOIN public.complaints_complaint c ON c.id = r.complaint_id WHERE r.stage IN {READABLE}""",
    "case_events": f"""SELECT r.id AS referral_id, c.part_number, t.seq, t.kind, t.at::date AS happened_on, t.as_role, t.state_after,
    i.name AS institution, t.reason, CASE WHEN NOT e.is_erased THEN e.text END AS text
  FROM public.monitoring_referral r JOIN public.complaints_complaint c ON c.id = r.complaint_id OR c.lead_id = r.complaint_id
  JOIN public.complaints_transition t ON t.complaint_id = c.id JOIN public.institutions_institution i ON i.id = t.holder_after_id
  LEFT JOIN public.complaints_entry e ON e.transition_id = t.id WHERE r.stage IN {READABLE}""",
    "case_attachments": f"""SELECT r.id AS referral_id, u.id, u.kind, u.state, u.size, u.sha256
  FROM public.monitoring_referral r JOIN public.complaints_complaint c ON c.id = r.complaint_id OR c.lead_id = r.complaint_id
  JOIN public.complaints_upload u ON u.complaint_id = c.id WHERE r.stage IN {READABLE}""",
    "dossiers": """SELECT d.referral_id, d.version, d.made_at, d.sha256, d.size FROM public.monitoring_dossier d""",
}


def make_views(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname = 'lapor_ombudsman'")
        if not cursor.fetchone()[0]:
            raise RuntimeError("The role lapor_ombudsman is missing: run deploy/roles.sql once more as the owner of the PostgreSQL cluster.")
        cursor.execute("CREATE SCHEMA oversight")
        for name, query in VIEWS.items():
            cursor.execute(f"CREATE VIEW oversight.{name} WITH (security_barrier) AS {query}")
        cursor.execute("GRANT USAGE ON SCHEMA oversight TO lapor_ombudsman")
        cursor.execute("GRANT SELECT ON ALL TABLES IN SCHEMA oversight TO lapor_ombudsman")


def drop_views(apps, schema_editor):
    schema_editor.execute("DROP SCHEMA oversight CASCADE")


class Migration(migrations.Migration):

    dependencies = [
        ('monitoring', '0003_referral'),
        ('complaints', '0008_legal_clock'),
        ('institutions', '0001_initial'),
    ]

    operations = [migrations.RunPython(make_views, drop_views)]
