"""What all pages share: database session, guard, base form, paging, error pages, headers, languages."""
