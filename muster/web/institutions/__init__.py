"""The pages of departments and of the settings."""
