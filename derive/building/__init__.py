"""From text to a forward definition: the language of networks, that of equations, and how layers are put together."""
