"""An ONVIF camera without pictures: answers WS-Discovery, and SOAP with WS-Security.

One HTTP server in a thread, and one UDP socket that has joined the group on the loopback interface
at a port of its own.
"""

import base64
import hashlib
import http.server
import re
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from liveedge.discovery.search import GROUP

_ENVELOPE = (
    '<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:tds="http://www.onvif.org/ver10/device/wsdl"'
    ' xmlns:trt="http://www.onvif.org/ver10/media/wsdl"'
    ' xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:ter="http://www.onvif.org/ver10/error"'
    ' xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"'
    ' xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    ' xmlns:dn="http://www.onvif.org/ver10/network/wsdl">'
    "<s:Body>{}</s:Body></s:Envelope>"
)
_PROFILE = (
    '<trt:Profiles token="{token}" fixed="true"><tt:Name>{token}</tt:Name>'
    '<tt:VideoEncoderConfiguration token="v{token}"><tt:Name>v</tt:Name>'
    "<tt:UseCount>1</tt:UseCount>"
    "<tt:Encoding>{codec}</tt:Encoding><tt:Resolution><tt:Width>{width}</tt:Width>"
    "<tt:Height>{height}</tt:Height></tt:Resolution><tt:Quality>5</tt:Quality>"
    "<tt:RateControl><tt:FrameRateLimit>{fps}</tt:FrameRateLimit>"
    "<tt:EncodingInterval>1</tt:EncodingInterval><tt:BitrateLimit>2048</tt:BitrateLimit>"
    "</tt:RateControl><tt:Multicast><tt:Address><tt:Type>IPv4</tt:Type></tt:Address>"
    "<tt:Port>0</tt:Port><tt:TTL>0</tt:TTL><tt:AutoStart>false</tt:AutoStart></tt:Multicast>"
    "<tt:SessionTimeout>PT60S</tt:SessionTimeout></tt:VideoEncoderConfiguration></trt:Profiles>"
)
_NOT_AUTHORIZED = (
    "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>ter:NotAuthorized</s:Value>"
    '</s:Subcode></s:Code><s:Reason><s:Text xml:lang="en">Sender not authorized</s:Text></s:Reason>'
    "</s:Fault>"
)


@dataclass
class Simulator:
    """What it is called, whom it lets in, and what it offers."""

    user: str = "viewer"
    password: str = "hunter2"
    clock_ahead: timedelta = timedelta()
    """Some cameras have no idea what time it is."""
    scopes: str = (
        "onvif://www.onvif.org/type/NetworkVideoTransmitter onvif://www.onvif.org/name/Front%20door"
        " onvif://www.onvif.org/hardware/SIM-1 onvif://www.onvif.org/location/garden"
    )
    profiles: list[tuple[str, str, int, int, int]] = field(
        default_factory=lambda: [("sub", "H264", 640, 360, 15), ("main", "H264", 1920, 1080, 25)]
    )
    stream_uri: str = "rtsp://192.168.1.64:8554/{token}?user=x"
    answer: bytes | None = None
    """If set, everything that it ever says over HTTP."""
    named_host: str | None = None
    """The host of its service that it names, if not its own."""
    fails_services: bool = False
    """It knows GetCapabilities only, like old devices."""
    asked: list[str] = field(default_factory=list)
    """Requests with credentials that were right."""
    http_port: int = 0
    port: int = 0

    def soap(self, request: str) -> tuple[int, str]:
        """Status and body of the answer to a request."""
        operation = re.search(r"<(?:[\w-]+:)?Body[^>]*>\s*<(?:[\w-]+:)?(\w+)", request)
        name = operation[1] if operation else ""
        if name == "GetSystemDateAndTime":
            return 200, self._time()
        if not self._authorized(request):
            return 400, _NOT_AUTHORIZED
        self.asked.append(name)
        if name == "GetServices" and self.fails_services:
            return 500, _NOT_AUTHORIZED.replace("ter:NotAuthorized", "ter:ActionNotSupported")
        token = re.search(r"ProfileToken>([^<]*)<", request)
        body = {
            "GetServices": self._services(),
            "GetCapabilities": self._capabilities(),
            "GetDeviceInformation": self._about(),
            "GetProfiles": self._profiles(),
            "GetStreamUri": self._stream(token[1] if token else ""),
        }.get(name)
        return (500, _NOT_AUTHORIZED) if body is None else (200, body)

    def probe_match(self, host: str) -> bytes:
        """The answer to a probe."""
        service = f"http://{self.named_host or host}:{self.http_port}/onvif/device_service"
        return _ENVELOPE.format(
            "<d:ProbeMatches><d:ProbeMatch><a:EndpointReference>"
            f"<a:Address>urn:uuid:sim-{self.http_port}</a:Address></a:EndpointReference>"
            f"<d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>{self.scopes}</d:Scopes>"
            f"<d:XAddrs>http://[fe80::1]/onvif/device_service {service}</d:XAddrs>"
            "<d:MetadataVersion>1</d:MetadataVersion></d:ProbeMatch></d:ProbeMatches>"
        ).encode()

    def _now(self) -> datetime:
        return datetime.now(UTC) + self.clock_ahead

    def _authorized(self, request: str) -> bool:
        """WS-Security UsernameToken Profile 1.0 §3.1: the digest, and that it is fresh."""

        def text(name: str) -> str:
            found = re.search(rf"<(?:[\w-]+:)?{name}(?:\s[^>]*)?>([^<]*)<", request)
            return found[1] if found else ""

        nonce, created = base64.b64decode(text("Nonce")), text("Created")
        if not created or text("Username") != self.user or "#PasswordDigest" not in request:
            return False
        digest = hashlib.sha1(nonce + created.encode() + self.password.encode()).digest()
        age = self._now() - datetime.fromisoformat(created)
        return text("Password") == base64.b64encode(digest).decode() and abs(age) < timedelta(
            seconds=30
        )

    def _time(self) -> str:
        now = self._now()
        return (
            "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime>"
            "<tt:DateTimeType>NTP</tt:DateTimeType><tt:DaylightSavings>false</tt:DaylightSavings>"
            f"<tt:UTCDateTime><tt:Time><tt:Hour>{now.hour}</tt:Hour><tt:Minute>{now.minute}"
            f"</tt:Minute><tt:Second>{now.second}</tt:Second></tt:Time><tt:Date><tt:Year>{now.year}"
            f"</tt:Year><tt:Month>{now.month}</tt:Month><tt:Day>{now.day}</tt:Day></tt:Date>"
            "</tt:UTCDateTime></tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>"
        )

    # Cameras in a container or behind NAT name addresses that lead nowhere.

    def _services(self) -> str:
        services = (("device", "device_service"), ("media", "Media"))
        listed = "".join(
            f"<tds:Service><tds:Namespace>http://www.onvif.org/ver10/{name}/wsdl</tds:Namespace>"
            f"<tds:XAddr>http://172.17.0.9/onvif/{path}</tds:XAddr>"
            "<tds:Version><tt:Major>2</tt:Major><tt:Minor>5</tt:Minor></tds:Version></tds:Service>"
            for name, path in services
        )
        return f"<tds:GetServicesResponse>{listed}</tds:GetServicesResponse>"

    def _capabilities(self) -> str:
        return (
            "<tds:GetCapabilitiesResponse><tds:Capabilities><tt:Media>"
            "<tt:XAddr>http://172.17.0.9/onvif/Media</tt:XAddr><tt:StreamingCapabilities/>"
            "</tt:Media></tds:Capabilities></tds:GetCapabilitiesResponse>"
        )

    def _about(self) -> str:
        return (
            "<tds:GetDeviceInformationResponse><tds:Manufacturer>Sim</tds:Manufacturer>"
            "<tds:Model>One</tds:Model><tds:FirmwareVersion>1</tds:FirmwareVersion>"
            "<tds:SerialNumber>1</tds:SerialNumber><tds:HardwareId>1</tds:HardwareId>"
            "</tds:GetDeviceInformationResponse>"
        )

    def _profiles(self) -> str:
        sound = '<trt:Profiles token="sound"><tt:Name>sound</tt:Name></trt:Profiles>'
        profiles = "".join(
            _PROFILE.format(token=token, codec=codec, width=width, height=height, fps=fps)
            for token, codec, width, height, fps in self.profiles
        )
        return f"<trt:GetProfilesResponse>{sound}{profiles}</trt:GetProfilesResponse>"

    def _stream(self, token: str) -> str:
        uri = self.stream_uri.format(token=token)
        return (
            f"<trt:GetStreamUriResponse><trt:MediaUri><tt:Uri>{uri}</tt:Uri>"
            "<tt:InvalidAfterConnect>false</tt:InvalidAfterConnect>"
            "<tt:InvalidAfterReboot>false</tt:InvalidAfterReboot><tt:Timeout>PT60S</tt:Timeout>"
            "</trt:MediaUri></trt:GetStreamUriResponse>"
        )


@contextmanager
def running(simulator: Simulator) -> Iterator[Simulator]:
    """Let it answer; its ports are known then."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = self.rfile.read(int(self.headers["Content-Length"])).decode()
            status, body = simulator.soap(request)
            data = _ENVELOPE.format(body).encode()
            if simulator.answer is not None:
                status, data = 200, simulator.answer
            self.send_response(status)
            self.send_header("Content-Type", "application/soap+xml; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *arguments: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("0.0.0.0", 0), Handler) as web, _udp() as udp:
        simulator.http_port, simulator.port = web.server_port, udp.getsockname()[1]
        threads = [
            threading.Thread(target=web.serve_forever, args=(0.01,)),
            threading.Thread(target=_answer_probes, args=(simulator, udp)),
        ]
        for thread in threads:
            thread.start()
        try:
            yield simulator
        finally:
            web.shutdown()
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
                end.sendto(b"end", ("127.0.0.1", simulator.port))
            for thread in threads:
                thread.join()


@contextmanager
def _udp() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("", 0))
        loopback = socket.if_nametoindex("lo")
        group = struct.pack("=4s4si", socket.inet_aton(GROUP), b"", loopback)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
        yield sock


def _answer_probes(simulator: Simulator, udp: socket.socket) -> None:
    while True:
        data, peer = udp.recvfrom(65536)
        if data == b"end":
            return
        if b"Probe" in data and b"NetworkVideoTransmitter" in data:
            # Others in the network talk, too, and not all of them make sense.
            udp.sendto(b"\xff\x00 nonsense", peer)
            udp.sendto(simulator.probe_match(peer[0]), peer)
