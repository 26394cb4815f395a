"""What every page of the project stands on: guard, server, sessions. Imports nothing of ours."""
