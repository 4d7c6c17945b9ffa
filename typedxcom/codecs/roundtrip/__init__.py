"""Does a value come back? By its type where that is proved, else by reading it and comparing."""
