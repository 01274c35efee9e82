"""From text to published courses: bundles are checked and published as course versions."""
