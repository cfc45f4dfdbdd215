"""The hands: what the workflow asks for is done here, against PostgreSQL, files and the mail relay."""
