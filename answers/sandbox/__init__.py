"""What keeps a process that runs somebody else's text from doing harm."""
