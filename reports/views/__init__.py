"""The pages of the reporting floor."""
