"""What people have that computes gradients, or what a library differentiates, called as a function by names."""
