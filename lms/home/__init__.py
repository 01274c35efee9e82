"""Each role's start page: composes what lower packages offer."""
