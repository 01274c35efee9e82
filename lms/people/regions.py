"""The regions whose public holidays the house can follow, with their names. Pure."""

from lms.kernel.domain import N_

REGIONS: dict[str, str] = {
    "DE": N_("nur bundesweite Feiertage"),
    "DE-BW": "Baden-Württemberg",
    "DE-BY": "Bayern",
    "DE-BYP": N_("Bayern, überwiegend evangelische Gemeinde"),
    "DE-BE": "Berlin",
    "DE-BB": "Brandenburg",
    "DE-HB": "Bremen",
    "DE-HH": "Hamburg",
    "DE-HE": "Hessen",
    "DE-MV": "Mecklenburg-Vorpommern",
    "DE-NI": "Niedersachsen",
    "DE-NW": "Nordrhein-Westfalen",
    "DE-RP": "Rheinland-Pfalz",
    "DE-SL": "Saarland",
    "DE-SN": "Sachsen",
    "DE-ST": "Sachsen-Anhalt",
    "DE-SH": "Schleswig-Holstein",
    "DE-TH": "Thüringen",
}
