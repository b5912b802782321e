"""Pages: each turns a request into one service call and its answer back."""
