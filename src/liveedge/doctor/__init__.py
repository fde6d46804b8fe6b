"""What a camera does, measured from outside, and what to change on it: `liveedge probe`."""
