"""Cameras on the network: found by WS-Discovery, asked for their streams by ONVIF."""
