"""The English catalogue is what the sources ask for, complete, with the same placeholders."""

import translations


def test_the_catalogue_is_fresh_and_complete():
    with translations.lock():
        extraction = translations.extract()
        catalogue = translations.merge(translations.read_catalogue(), extraction)
        assert translations.check_lines(catalogue, extraction) == []
