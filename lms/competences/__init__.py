"""The framework of digital competences: areas, competences, levels (DigComp 3.0); no tables."""
