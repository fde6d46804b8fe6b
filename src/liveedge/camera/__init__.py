"""The virtual camera: a moving picture with a burned-in clock, served over RTSP."""
