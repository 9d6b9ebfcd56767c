"""What a turn takes from a conversation and leaves in it: the state, the guest's message, who answers, and the transcript."""
