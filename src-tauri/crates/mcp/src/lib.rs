//! The agent's way in: the feature and bug tools, over the CLI's control channel and on stdio.
