"""What programs that watch over Muster ask: whether it lives, whether it is ready, how it goes."""
