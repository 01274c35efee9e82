"""Who did what when (append-only, chained), and who looked at whose record."""
