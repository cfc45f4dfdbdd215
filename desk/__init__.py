"""The windows: the pages a customer opens, the order page and the downloads."""
