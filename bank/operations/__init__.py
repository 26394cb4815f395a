"""Operations that a customer asks for and must confirm: what may be asked, by which means, and what comes of it."""
