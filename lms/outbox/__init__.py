"""Mail waiting to be sent: drafts, queue, states, and the local mailbox."""
