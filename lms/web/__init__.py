"""What all pages share: session, guard, base form, paging, error pages, headers, languages."""
