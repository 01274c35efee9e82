"""The register of personal columns in words that people read (GDPR Art. 13, 15, 30).

The pages ask the register (lms/kernel/personal.py) what there is and these tables how to say it;
what has no words yet is shown as it stands there, and a test names it.
"""

from lms.kernel.domain import N_

# What it is; who sees it, beside the person themselves.
KINDS: dict[str, tuple[str, str]] = {
    "master record": (
        N_("Stammdaten: Name, Adresse, Nummer, Bereich, Tätigkeit, Eintritt, Austritt, Rechte"),
        N_("Digitalisierungsbeauftragte, Administration"),
    ),
    "absence": (
        N_("Abwesenheit: von wann bis wann, nie warum"),
        N_("Digitalisierungsbeauftragte"),
    ),
    "exemption": (N_("Befreiung mit Grund"), N_("Digitalisierungsbeauftragte")),
    "proof and duty": (
        N_("Pflichten, Fristen und Nachweise"),
        N_("Digitalisierungsbeauftragte"),
    ),
    "external document": (
        N_("Hochgeladene Nachweise von außerhalb"),
        N_("wer sie prüft"),
    ),
    "learning": (N_("Freiwillige Wiederholungen"), N_("Digitalisierungsbeauftragte")),
    "learning progress": (
        N_("Begonnene Kurse und erledigte Schritte"),
        N_("Digitalisierungsbeauftragte: nur wie weit"),
    ),
    "quiz attempt": (N_("Versuche in Quizfragen"), N_("niemand")),
    "quiz answer": (N_("Antworten in Quizfragen"), N_("niemand")),
    "practice report": (
        N_("Berichte zu Praxisaufgaben"),
        N_("Digitalisierungsbeauftragte, wenn die Aufgabe es sagt"),
    ),
    "sign-up and attendance": (
        N_("Anmeldung zu Terminen und Anwesenheit"),
        N_("Digitalisierungsbeauftragte, wer den Termin leitet"),
    ),
    "message": (
        N_("E-\u2060Mails: an wen, worüber, wann, wie es ausging"),
        N_("Digitalisierungsbeauftragte"),
    ),
    "message text": (N_("Wortlaut der E-\u2060Mails"), N_("niemand")),
    "reminder": (N_("Dass erinnert wurde, und woran"), N_("Digitalisierungsbeauftragte")),
    "sign-in": (
        N_("Passwort als Prüfsumme; Anmeldungen mit Browser und System, ohne Adresse"),
        N_("niemand"),
    ),
    "sign-in attempt (keyed hash)": (
        N_("Fehlversuche beim Anmelden, als Prüfsumme"),
        N_("niemand"),
    ),
    "way in (hash)": (
        N_("Links und Codes zum Anmelden, als Prüfsumme"),
        N_("niemand"),
    ),
    "second factor": (
        N_("Zweiter Faktor, verschlüsselt; Ersatzcodes als Prüfsumme"),
        N_("niemand"),
    ),
    "look at a record": (
        N_("Wer deine Akte angesehen hat: Tag, Zweck und Rolle"),
        N_("Datenschutz"),
    ),
    "deed": (
        N_("Wer was getan hat, nur als Nummer"),
        N_("Digitalisierungsbeauftragte in der Akte, Datenschutz"),
    ),
    "contact": (N_("Ansprechpersonen der Organisation"), N_("alle")),
    "who brought a list": (
        N_("Wer eine Liste hochgeladen oder zurückgenommen hat"),
        N_("Digitalisierungsbeauftragte, Administration"),
    ),
    "list that was brought": (
        N_("Hochgeladene Listen, bis sie übernommen sind"),
        N_("wer die Liste hochgeladen hat"),
    ),
}

PURPOSES: dict[str, str] = {
    "duties": N_("wissen, wer da ist und was für wen Pflicht ist"),
    "no reminders": N_("niemanden erinnern, der weg ist"),
    "proof": N_("nachweisen, was jemand kann"),
    "learning": N_("lernen und weitermachen, wo man war"),
    "organising sessions": N_("Termine organisieren"),
    "proof of reminder": N_("nachweisen, dass erinnert wurde"),
    "security": N_("Anmeldungen schützen"),
    "accountability": N_("nachvollziehen, wer was tat"),
    "being reached": N_("wissen, wen man fragen kann"),
    "taking it over": N_("Listen übernehmen"),
}

PERIODS: dict[str, str] = {
    "leaving + 6 months": N_("6 Monate nach dem Austritt"),
    "end + 6 months": N_("6 Monate nach dem Ende"),
    "validity + 3 years": N_("3 Jahre über die Gültigkeit hinaus"),
    "24 months": N_("24 Monate"),
    "90 days after grading": N_("90 Tage nach der Bewertung"),
    "90 days": N_("90 Tage"),
    "30 days": N_("30 Tage"),
    "7 days": N_("7 Tage"),
    "24 hours": N_("24 Stunden"),
    "12 months": N_("12 Monate"),
    "3 years": N_("3 Jahre"),
    "as long as it is set up": N_("solange er eingerichtet ist"),
    "until it is changed": N_("bis sie geändert werden"),
}


def purpose_and_basis(purpose: str) -> tuple[str, str]:
    """`duties, Art. 6 (1) b GDPR` as what it is for and the article behind it."""
    words, comma, article = purpose.partition(", Art. ")
    return words, f"Art. {article}" if comma else ""
