"""The words for what is stored, and what is promised not to be; pure."""

from dataclasses import dataclass

from lms.kernel.domain import N_, DomainError

EXPORTS_A_DAY = 3


class ExportedOften(DomainError):
    """Somebody takes their data with them again and again."""

    message = N_(
        "Du hast deine Daten heute schon dreimal mitgenommen. Morgen geht es wieder. "
        "An deinen Angaben ändert das nichts."
    )
    status = 429


@dataclass(frozen=True, slots=True)
class Words:
    """A kind of personal data: what it is called, what it is for, who else sees it."""

    what: str
    why: str
    seen_by: str


# By the kind that the columns' marks name; in the order in which people read them.
KINDS: dict[str, Words] = {
    "master record": Words(
        N_("Name, E-\u2060Mail, Bereich, Tätigkeit, Eintritt, Rechte"),
        N_("Damit wir wissen, welche Kurse du brauchst"),
        N_("Digitalisierungsbeauftragte, Administration"),
    ),
    "proof and duty": Words(
        N_("Pflichten, Fristen und Nachweise"),
        N_("Pflicht der Organisation, dein Beleg"),
        N_("Digitalisierungsbeauftragte"),
    ),
    "learning progress": Words(
        N_("Begonnene Kurse und erledigte Schritte"),
        N_("Damit du weitermachen kannst"),
        N_("Digitalisierungsbeauftragte: nur den Stand"),
    ),
    "learning": Words(
        N_("Freiwillige Wiederholungen"),
        N_("Damit du siehst, was du schon gemacht hast"),
        N_("Digitalisierungsbeauftragte"),
    ),
    "quiz attempt": Words(
        N_("Versuche im Quiz"), N_("Damit klar ist, ob du bestanden hast"), N_("niemand sonst")
    ),
    "quiz answer": Words(
        N_("Antworten im Quiz"),
        N_("Damit du weitermachen und nachlesen kannst"),
        N_("niemand sonst"),
    ),
    "practice report": Words(
        N_("Berichte zu Praxisaufgaben"),
        N_("Dein Nachweis, dass du es ausprobiert hast"),
        N_("Digitalisierungsbeauftragte, wenn du sie einreichst"),
    ),
    "sign-up and attendance": Words(
        N_("Termine: angemeldet, dabei gewesen"),
        N_("Damit Plätze reichen und die Teilnahme zählt"),
        N_("wer den Termin leitet, Digitalisierungsbeauftragte"),
    ),
    "external proof": Words(
        N_("Hochgeladene Bescheinigungen"),
        N_("Damit auch zählt, was du anderswo gelernt hast"),
        N_("Digitalisierungsbeauftragte"),
    ),
    "absence": Words(
        N_("Abwesenheit: von, bis"),
        N_("Damit du in der Zeit keine Post bekommst. Kein Grund gespeichert"),
        N_("Digitalisierungsbeauftragte"),
    ),
    "exemption": Words(
        N_("Befreiungen von Pflichten"),
        N_("Damit du in der Zeit keine Post bekommst"),
        N_("Digitalisierungsbeauftragte"),
    ),
    "message": Words(
        N_("E-\u2060Mails von uns: wann, worüber"),
        N_("Damit klar ist, wer wann erinnert wurde"),
        N_("Digitalisierungsbeauftragte"),
    ),
    "message text": Words(
        N_("Text dieser E-\u2060Mails"),
        N_("Damit klar ist, was darin stand"),
        N_("Digitalisierungsbeauftragte"),
    ),
    "reminder": Words(
        N_("Erinnerungen: welche fällig waren"),
        N_("Damit keine doppelt kommt"),
        N_("Digitalisierungsbeauftragte"),
    ),
    "sign-in": Words(
        N_("Passwort als Prüfsumme, Anmeldungen mit Browser"), N_("Sicherheit"), N_("niemand sonst")
    ),
    "second factor": Words(
        N_("Zweiter Faktor, verschlüsselt"), N_("Sicherheit"), N_("niemand sonst")
    ),
    "way in (hash)": Words(
        N_("Verschickte Anmelde-Links als Prüfsumme"), N_("Sicherheit"), N_("niemand sonst")
    ),
    "sign-in attempt (keyed hash)": Words(
        N_("Fehlgeschlagene Anmeldungen als Prüfsumme, ohne Namen"),
        N_("Sicherheit"),
        N_("niemand sonst"),
    ),
    "who brought a list": Words(
        N_("Dass du Listen hochgeladen oder zurückgenommen hast"),
        N_("Damit nachzuvollziehen ist, woher eine Angabe kommt"),
        N_("Digitalisierungsbeauftragte, Administration"),
    ),
    "list that was brought": Words(
        N_("Listen, die du eingespielt hast"),
        N_("Damit nachzuvollziehen ist, woher eine Angabe kommt"),
        N_("Digitalisierungsbeauftragte, Administration"),
    ),
    "contact": Words(
        N_("Kontakt, den die Organisation nennt"), N_("Damit man jemanden erreicht"), N_("alle")
    ),
    "deed": Words(
        N_("Protokoll: was du getan hast und was an deinen Angaben geändert wurde"),
        N_("Damit nachzuvollziehen ist, wer was getan hat"),
        N_("Datenschutz; über dich: Digitalisierungsbeauftragte"),
    ),
    "look at a record": Words(
        N_("Zugriffe auf deine Angaben"),
        N_("Damit du siehst, wer nachgeschaut hat"),
        N_("Datenschutz"),
    ),
}

# How long, by the words of the marks.
PERIODS: dict[str, str] = {
    "leaving + 6 months": N_("bis 6 Monate nach dem Austritt"),
    "validity + 3 years": N_("bis 3 Jahre nach Ablauf"),
    "24 months": N_("24 Monate"),
    "12 months": N_("12 Monate"),
    "3 years": N_("3 Jahre"),
    "90 days": N_("90 Tage"),
    "30 days": N_("30 Tage"),
    "7 days": N_("7 Tage"),
    "24 hours": N_("24 Stunden"),
    "90 days after grading": N_("90 Tage nach der Auswertung"),
    "end + 6 months": N_("bis 6 Monate nach dem Ende"),
    "as long as it is set up": N_("solange er eingerichtet ist"),
    "until it is changed": N_("bis zur Änderung"),
}


@dataclass(frozen=True, slots=True)
class Promise:
    """Something that is not recorded. `check` names the test that proves it for this release."""

    text: str
    check: str


NOT_RECORDED: tuple[Promise, ...] = (
    Promise(N_("wie lange du auf einer Seite bist"), "time_on_a_page"),
    Promise(N_("wie viel von einem Video du siehst und ob du spulst"), "watching_a_video"),
    Promise(
        N_(
            "wo du bist. Deine Adresse im Netz steht nur als Prüfsumme da, einen Tag lang, "
            "wenn eine Anmeldung scheitert"
        ),
        "place",
    ),
    Promise(N_("ob du eine E-\u2060Mail öffnest"), "opening_a_mail"),
    Promise(N_("warum du abwesend bist"), "reason_of_an_absence"),
    Promise(N_("ein Vergleich von dir mit anderen"), "comparing_people"),
)
"""Every sentence stands on /privacy and is proved by the test of this name (trust.md 5.8)."""

# What somebody was shown, by the name that the page gives in the access log.
PAGES: dict[str, str] = {
    "person": N_("Akte angesehen"),
    "certificate": N_("Nachweis angesehen"),
    "practice": N_("Praxisbericht gelesen"),
    "outbox": N_("E-\u2060Mail angesehen"),
    "mailbox": N_("Lokales Postfach angesehen"),
    "list": N_("Liste angesehen"),
    "practice_list": N_("Liste der Praxisberichte angesehen"),
    "access_log": N_("Zugriffe angesehen"),
}
OTHER_PAGE = N_("Angaben angesehen")
