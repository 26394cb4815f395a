"""The parts of `sesame card`: what people reach for when they want to know what a card says."""
