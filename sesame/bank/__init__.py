"""What `sesame bank` is asked, a module for each kind of thing."""
