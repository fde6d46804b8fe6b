"""What leaves towards the browser."""
