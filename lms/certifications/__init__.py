"""Requirements, assignments, cycles, evidence, certificates: who must hold what, until when."""
