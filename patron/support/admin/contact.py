"""The contact form in the console: its subjects, and the messages with what became of their mails."""

from typing import Any, Final

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils import translation
from django.utils.html import format_html
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import action, display

from patron.kernel import files, languages, names
from patron.kernel.journey_tables import JourneyTable
from patron.kernel.tables import MOST_AT_ONCE, ReadOnlyTable, as_id, link
from patron.support import contact, contact_mails, subjects
from patron.support.models import ContactFile, ContactMessage, Subject

_TEXT: Final = "text"
_PLAIN: Final = ("order", "is_active", "is_order_needed")
# One statement for a page of messages, whatever number of mails each has.
_MAILS: Final = (
    "(SELECT count(*) FROM gateways_outgoingmail AS mail"
    " WHERE mail.id = ANY(support_contactmessage.mail_ids) AND mail.state = %s)"
)


class SubjectForm(forms.ModelForm):  # type: ignore[type-arg]
    """A subject with its text by language."""

    class Meta:
        model = Subject
        fields = _PLAIN

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names.fill(self, _TEXT, self.instance.text)

    @property
    def data_of_subject(self) -> dict[str, Any]:
        """What the journey takes."""
        cleaned = self.cleaned_data
        return {"text": names.taken(cleaned, _TEXT)} | {name: cleaned[name] for name in _PLAIN}


names.add(SubjectForm, _TEXT, longest=subjects.LONGEST)


@admin.register(Subject)
class SubjectTable(JourneyTable):
    """Subjects. One that messages stand under is switched off, not deleted."""

    form = SubjectForm
    list_display = ("id", "title", "order", "is_active", "is_order_needed")
    list_display_links = ("id", "title")
    list_filter = ("is_active", "is_order_needed")
    ordering = ("order", "id")
    readonly_fields = ("created_at", "modified_at", "all_texts")
    fieldsets = (
        (_("Text"), {"fields": names.inputs(_TEXT)}),
        (_("In force"), {"fields": ("order", "is_active", "is_order_needed")}),
        (_("Dates"), {"fields": ("created_at", "modified_at")}),
    )

    @admin.display(description=_("text"))
    def title(self, subject: Subject) -> str:
        """In the reader's language."""
        return languages.text_in(subject.text, languages.base(translation.get_language() or "") or "en")

    @admin.display(description=_("text"))
    def all_texts(self, subject: Subject) -> str:
        """For those who may look only."""
        return " / ".join(subject.text.values())

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Inputs for those who may change it, else what they would hold."""
        if obj is None or self.has_change_permission(request, obj):
            return self.fieldsets
        return ((None, {"fields": ("all_texts",)}), *self.fieldsets[1:])

    def save_model(self, request: HttpRequest, obj: Subject, form: Any, change: bool) -> None:
        """What the form has checked."""
        if change:
            subjects.change(obj.pk, form.data_of_subject)
            return
        made = subjects.create(form.data_of_subject)
        obj.pk = obj.id = made.pk
        obj.text, obj.created_at, obj.modified_at = made.text, made.created_at, made.modified_at

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As the staff member's rights say, for one that is not in use."""
        return super().has_delete_permission(request, obj) and not (obj is not None and subjects.is_used(obj))


@admin.register(ContactMessage)
class ContactMessageTable(ReadOnlyTable):
    """Messages as they came. Sending again needs the right to change, erasing that to delete."""

    list_display = ("id", "created_at", "shown_mails", "subject", "full_name", "email", "operation", "whose")
    list_filter = (("subject", admin.RelatedOnlyFieldListFilter), ("created_at", RangeDateTimeFilter))
    list_select_related = ("subject",)
    ordering = ("-created_at", "-id")
    rights = ("view", "change", "delete")
    actions = ("send_again",)
    actions_detail = ("send_this_again",)
    search_help_text = _("A number (#12), or an e-mail")
    fields = (
        "subject",
        "full_name",
        "email",
        "phone",
        "whose",
        "shown_order",
        "operation",
        "language_code",
        "shown_message",
        "shown_file",
        "mails",
        "request_id",
        "created_at",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With how many mails of each are on their way, sent and failed."""
        rows: QuerySet[Any] = super().get_queryset(request)
        # S611: the text is the constant above
        counted: QuerySet[Any] = rows.annotate(
            **{f"mails_{state}": RawSQL(_MAILS, (state,)) for state in ("queued", "sent", "failed")}  # noqa: S611
        )
        return counted

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By number or address."""
        return rows.filter(pk=as_id(words)) if words.startswith("#") else rows.filter(email__iexact=words)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Somebody who asks to be forgotten may have no account."""
        return request.user.has_perm("support.delete_contactmessage")

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """A file goes with its message, by the same right."""
        listed, counts, _missing_rights, protected = super().get_deleted_objects(objs, request)
        return listed, counts, set(), protected

    def delete_model(self, request: HttpRequest, obj: ContactMessage) -> None:
        """One, with its file and mails."""
        contact.delete([obj.pk])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Those that were chosen in the list."""
        contact.delete(list(queryset.values_list("pk", flat=True)))

    @display(  # type: ignore[untyped-decorator]
        description=_("mails"),
        label={"none": "warning", "queued": "info", "sent": "success", "failed": "danger"},
    )
    def shown_mails(self, message: Any) -> tuple[str, str]:
        """The state of the mails that matters most, as a coloured label."""
        if message.mails_failed:
            return "failed", ngettext("%(count)d failed", "%(count)d failed", message.mails_failed) % {
                "count": message.mails_failed
            }
        if message.mails_queued:
            return "queued", str(_("on their way"))
        if message.mails_sent:
            return "sent", str(_("sent"))
        return "none", str(_("none"))

    @admin.display(description=_("shopper"))
    def whose(self, message: ContactMessage) -> str:
        """The shopper's page; empty for a guest."""
        return link("accounts_shopper", message.shopper_id)

    @admin.display(description=_("order"))
    def shown_order(self, message: ContactMessage) -> str:
        """The order's page; what a guest says of an order is not proven."""
        if message.order is None:
            return ""
        number = link("orders_order", message.order_id, message.order.number)
        return number if message.is_order_proven else format_html("{} ({})", number, _("said by a guest, not proven"))

    @admin.display(description=_("message"))
    def shown_message(self, message: ContactMessage) -> str:
        """With its line breaks."""
        return format_html('<div dir="auto" style="white-space: pre-wrap">{}</div>', message.message)

    @admin.display(description=_("file"))
    def shown_file(self, message: ContactMessage) -> str:
        """Its name, its size and the way to it."""
        file = ContactFile.objects.filter(message=message).first()
        if file is None:
            return ""
        words = format_html("{} ({} kB, {})", file.name, -(-file.size // 1000), file.get_scan_display())
        if not is_open(file):
            return words
        address = reverse("admin:support_contactmessage_file", args=[message.pk])
        return format_html('<a href="{}" class="text-link" download>{}</a>', address, words)

    @admin.display(description=_("mails"))
    def mails(self, message: ContactMessage) -> str:
        """What became of each."""
        return render_to_string("support/mails.html", {"mails": contact_mails.states(message.mail_ids)})

    @admin.action(description=_("Send the failed mails again"), permissions=["change_rights"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Of the chosen messages."""
        chosen = list(queryset.values_list("pk", flat=True)[:MOST_AT_ONCE])
        self._tell(request, sum(contact.send_again(message_id) for message_id in chosen))

    @action(description=_("Send the failed mails again"), permissions=["change_rights"])  # type: ignore[untyped-decorator]
    def send_this_again(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Of this message."""
        from django.shortcuts import redirect

        self._tell(request, contact.send_again(object_id))
        return redirect("admin:support_contactmessage_change", object_id)

    def has_change_rights_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Seeing is not enough for sending."""
        return request.user.has_perm("support.change_contactmessage")

    def get_urls(self) -> list[URLPattern]:
        """With the way to a file."""
        view = self.admin_site.admin_view(self.download)
        own = path("<int:message_id>/file/", view, name="support_contactmessage_file")
        return [own, *super().get_urls()]

    def download(self, request: HttpRequest, message_id: int) -> HttpResponse:
        """The file, to be kept and not shown: no browser may take it for a page. Raises Http404, PermissionDenied."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        file = ContactFile.objects.select_related("message").filter(message_id=message_id).first()
        if file is None or not is_open(file):
            raise Http404
        try:
            content = files.read(file.storage_key or "")
        except files.Gone as gone:
            raise Http404 from gone
        self.log_change(request, file.message, "downloaded the file")
        response = HttpResponse(content, content_type="application/octet-stream")
        response["Content-Disposition"] = content_disposition_header(True, file.name) or "attachment"
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return response

    def _tell(self, request: HttpRequest, count: int) -> None:
        if not count:
            self.message_user(request, _("None of their mails has failed."), messages.WARNING)
            return
        text = ngettext("%(count)d mail is queued again.", "%(count)d mails are queued again.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)


@admin.register(ContactFile)
class ContactFileTable(ReadOnlyTable):
    """Every file; it is opened from its message's page."""

    list_display = ("id", "name", "content_type", "size", "scan", "its_message", "created_at")
    list_filter = ("scan", ("created_at", RangeDateTimeFilter))
    fields = ("name", "content_type", "size", "sha256", "scan", "its_message", "created_at")
    ordering = ("-id",)

    @admin.display(description=_("contact message"))
    def its_message(self, file: ContactFile) -> str:
        """Its page."""
        return link("support_contactmessage", file.message_id)


def is_open(file: ContactFile) -> bool:
    """Whether staff may have it: not while the antivirus has not seen it."""
    return bool(file.storage_key) and file.scan in (ContactFile.Scan.NONE, ContactFile.Scan.CLEAN)
