"""Mails as mail servers send them back."""

STATUS = """Reporting-MTA: dns; mx.contoh.invalid

Original-Recipient: rfc822;{to}
Final-Recipient: rfc822; {to}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} <{to}>: Recipient address rejected
"""
REPORT = """Return-Path: <>
From: MAILER-DAEMON@mx.contoh.invalid (Mail Delivery System)
To: lapor@localhost
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type={kind};
\tboundary="batas"

--batas
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered to <{to}>.

--batas
Content-Type: message/delivery-status

{told}
--batas
Content-Type: {returned}

{mail}
--batas--
"""
WHOLE, HEADERS = "message/rfc822", "text/rfc822-headers"  # Exim and Gmail; Postfix for long mails and Exchange


def report(
    message_id: str,
    *,
    action: str = "failed",
    status: str = "5.1.1",
    returned: str = WHOLE,
    kind: str = "delivery-status",
    to: str = "zz1@contoh.invalid",
    header: str = "Message-ID",
) -> bytes:
    """A report of delivery about the mail of this id."""
    told = STATUS.format(to=to, action=action, status=status)
    mail = f"Received: from lapor.invalid\nFrom: Lapor <lapor@localhost>\nTo: {to}\nSubject: Kabar\n{header}: {message_id}\n"
    if returned == WHOLE:
        mail += "\nIsi surat.\n"
    return REPORT.format(kind=kind, to=to, told=told, returned=returned, mail=mail).encode()


ABSENT = b"""Return-Path: <>
From: zz1@contoh.invalid
To: lapor@localhost
Subject: Out of office: Kabar
Auto-Submitted: auto-replied
In-Reply-To: {id}
References: {id}

Saya sedang cuti. Status: 5.1.1 Action: failed {id}
"""
