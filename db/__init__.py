"""The memory: PostgreSQL, its migrations and its queries. Rows become values of ours before they leave."""
