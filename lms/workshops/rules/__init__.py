"""When a place may be taken or given back, who moves up, who has earned evidence; pure."""
