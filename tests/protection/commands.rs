//! What an agent may tell a shell, held against whole runs.
