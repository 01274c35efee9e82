"""Questions: their documents, grading, drawing and shuffling; pure, without tables or pages."""
