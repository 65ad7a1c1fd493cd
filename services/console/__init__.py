"""The `solieu` command: one file a subcommand."""
