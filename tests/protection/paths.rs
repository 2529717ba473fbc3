//! What file tools, addresses and tool arguments may reach, held against whole runs.
