//! What waits for a person: approvals, questions, deadlines.
