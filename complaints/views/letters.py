"""Documents: the receipt, the answer letter and the disposition sheet as PDF, and the page that says whether a letter is real."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lapor.ground.problems import Refusal
from officers.actors import actor_for
from officers.adapters import step_up

from .. import forms, numbers, services
from ..letters import digest_of
from ..models import Complaint, Letter, LetterCopy
from .citizen import _own, _to_proof
from .desk.gate import find_case
from .shared import actor_of, at_of, client_of, private

PAGE = ["GET", "HEAD", "POST"]
RECEIPT, ANSWER, SHEET = "tanda-terima.pdf", "surat-jawaban.pdf", "lembar-disposisi.pdf"  # a name of a file tells nothing of its case
LONGEST_CODE = 40  # of what is given back
WAIT_SECONDS = "5"  # until the page of a letter that is being drawn asks again by itself


def pdf_file(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(content, content_type="application/pdf", headers={"Content-Disposition": f'attachment; filename="{name}"'})


# --- the reporter -----------------------------------------------------------------------------------------------------


@private
@require_POST
def receipt_now(request: HttpRequest) -> HttpResponse:
    """From the page that shows the code: it comes in the body of the form, is printed, and is kept nowhere."""
    number, code = request.POST.get("number", ""), request.POST.get("code", "")
    try:
        content = services.receipt_with_code(number, code, client=client_of(request), at=at_of(request))
    except Refusal as refusal:
        if refusal.code != "invalid":
            raise
        form = forms.ProofForm(request.POST)
        forms.show_refusal(form, refusal)
        return render(request, "complaints/citizen/track.html", {"form": form}, status=refusal.status)
    return pdf_file(content, RECEIPT)


@private
@require_safe
def receipt(request: HttpRequest, tracking_id: str) -> HttpResponse:
    """The receipt again, for whoever has opened the case."""
    complaint = _own(request, tracking_id)
    if complaint is None:
        return _to_proof(tracking_id)
    by = actor_for(None, at=at_of(request), case_ids=frozenset({complaint.pk}))
    return pdf_file(services.receipt(complaint, by=by, at=at_of(request), client=client_of(request)), RECEIPT)


@private
@require_http_methods(PAGE)
def own_letter(request: HttpRequest, tracking_id: str, seq: int, part: int = 0) -> HttpResponse:
    """The answer as a letter; of a report in parts, the answer of one part: whoever opened the whole reads them all."""
    complaint = _own(request, tracking_id)
    if complaint is None:
        return _to_proof(tracking_id)
    if part:
        complaint = complaint.children.filter(part_number=part).first()
        if complaint is None:
            raise Refusal("not_found", _("There is no such report, or you may not see it."))
    by = actor_for(None, at=at_of(request), case_ids=frozenset({complaint.pk}))
    return _letter(request, complaint, seq, by, "complaints/citizen/letter.html")


def _letter(request: HttpRequest, complaint: Complaint, seq: int, by: Any, template: str) -> HttpResponse:
    """The file when it is there; a page that asks again by itself while it is drawn; a button where nobody has asked yet."""
    if request.method == "POST":
        services.order_letter(complaint, seq, by=by, at=at_of(request))
        return redirect(request.path)
    letter = Letter.objects.about(complaint, seq).first()
    copy = LetterCopy.objects.filter(letter=letter).exclude(name="").first() if letter else None
    if copy is not None:
        with services.kept().open(copy.name) as file:
            return pdf_file(file.read(), ANSWER)
    if letter is None and not complaint.transitions.filter(seq=seq, kind__in=services.LETTER_KINDS).exists():
        raise Refusal("not_found", _("There is no such report, or you may not see it."))
    response = render(request, template, {"complaint": complaint, "letter": letter})
    if letter is not None:
        response["Refresh"] = WAIT_SECONDS
    return response


# --- the desk ---------------------------------------------------------------------------------------------------------


@login_required
@private
@require_http_methods(PAGE)
def desk_letter(request: HttpRequest, tracking_id: str, seq: int) -> HttpResponse:
    """The answer letter, for the officers who may read the case."""
    return _letter(request, find_case(request, tracking_id), seq, actor_of(request), "complaints/desk/letter.html")


@login_required
@step_up
@private
@require_POST
def named_letter(request: HttpRequest, tracking_id: str, seq: int) -> HttpResponse:
    """A copy addressed by name, for the post; who asked and why is on record."""
    complaint, reason = find_case(request, tracking_id), request.POST.get("reason", "").replace("\x00", "").strip()
    if not reason:
        raise Refusal("invalid", _("Please say why you need to know who the reporter is."))
    return pdf_file(services.named_letter(complaint, seq, by=actor_of(request), at=at_of(request), reason=reason), ANSWER)


@login_required
@private
@require_safe
def sheet(request: HttpRequest, tracking_id: str) -> HttpResponse:
    """The disposition sheet to print."""
    complaint = find_case(request, tracking_id)
    return pdf_file(services.sheet(complaint, by=actor_of(request), at=at_of(request), name=str(request.user)), SHEET)


# --- everybody --------------------------------------------------------------------------------------------------------


@private
@require_http_methods(PAGE)
def verify_form(request: HttpRequest) -> HttpResponse:
    """Where a code is typed. It is sent in the body, for somebody may type a case code here by mistake."""
    form = forms.VerifyForm(request.POST or None)
    if request.method == "POST":
        code = numbers.read_case_code(request.POST.get("code", ""))
        if code and Letter.objects.filter(code=code).exists():
            return redirect("verify", code=numbers.grouped(code))
        form.add_error("code", _("We know no letter with this code. Please check it, or ask the institution that is named on the letter."))
    return render(request, "complaints/public/verify_form.html", {"form": form}, status=422 if form.errors else 200)


@private
@require_http_methods(PAGE)
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """Whether a letter is real: institution, date, number and digest, and nothing about the case. A file that is sent is compared and not kept."""
    letter = Letter.objects.filter(code=numbers.read_case_code(code) or "").select_related("institution").first()
    if letter is None:
        return render(
            request, "complaints/public/verify_form.html", {"form": forms.VerifyForm(initial={"code": code[:LONGEST_CODE]}), "is_unknown": True}, status=404
        )
    digests = list(letter.copies.order_by("pk").values_list("sha256", "name"))
    file = request.FILES.get("file")
    verdict = None
    if request.method == "POST" and file is not None:
        verdict = digest_of(file.chunks()) in {digest for digest, _name in digests}
    kept = next((digest for digest, name in digests if name), "")
    context = {"letter": letter, "digest": kept, "verdict": verdict, "is_missing": request.method == "POST" and file is None}
    return render(request, "complaints/public/verify.html", context)
