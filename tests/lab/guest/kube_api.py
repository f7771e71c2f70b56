#!/usr/bin/env python3
"""What a kube-proxy asks of an API server, and no more: the DNS Service over both families with a NodePort, its two pods, and this node.

usage: kube_api.py NODE. Serves JSON on 127.0.0.1:8001; what is watched never changes. Addresses are those of addresses.sh.
"""
import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NODE = sys.argv[1]
PORTS = [("dns", "UDP"), ("dns-tcp", "TCP")]


def metadata(name: str, **more) -> dict:
    return {"name": name, "namespace": "kube-system", "uid": name, "resourceVersion": "10", **more}


def a_list(kind: str, version: str, items: list[dict]) -> dict:
    return {"apiVersion": version, "kind": kind, "metadata": {"resourceVersion": "10"}, "items": items}


def endpoints(family: str, addresses: list[str]) -> dict:
    return {
        "metadata": metadata("kube-dns-" + family.lower(), labels={"kubernetes.io/service-name": "kube-dns"}),
        "addressType": family,
        "endpoints": [{"addresses": [address], "conditions": {"ready": True}, "topology": {"kubernetes.io/hostname": node}}
                      for address, node in zip(addresses, (NODE, "node-b"))],
        "ports": [{"name": name, "protocol": protocol, "port": 53} for name, protocol in PORTS],
    }


SERVICE = {
    "metadata": metadata("kube-dns"),
    "spec": {
        "type": "NodePort", "sessionAffinity": "None", "externalTrafficPolicy": "Cluster",
        "ipFamilyPolicy": "RequireDualStack", "ipFamilies": ["IPv4", "IPv6"], "clusterIP": "10.96.0.10", "clusterIPs": ["10.96.0.10", "fd00:96::a"],
        "ports": [{"name": name, "protocol": protocol, "port": 53, "targetPort": 53, "nodePort": 30053} for name, protocol in PORTS],
    },
}
SLICES = [endpoints("IPv4", ["10.244.1.3", "10.244.2.3"]), endpoints("IPv6", ["fd00:244:0:1::3", "fd00:244:0:2::3"])]
THIS_NODE = {
    "apiVersion": "v1", "kind": "Node", "metadata": {"name": NODE, "uid": NODE, "resourceVersion": "10"},
    "spec": {"podCIDR": "10.244.1.0/24", "podCIDRs": ["10.244.1.0/24"]},
    "status": {"addresses": [{"type": "InternalIP", "address": "192.0.2.1"}, {"type": "InternalIP", "address": "fd00:2::1"}]},
}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, document: dict, code: int = 200) -> None:
        body = json.dumps(document).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def watch(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.flush()
        while True:
            time.sleep(3600)

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        if "watch=" in query:
            self.watch()
        known = {
            "services": a_list("ServiceList", "v1", [SERVICE]),
            "endpointslices": a_list("EndpointSliceList", "/".join(path.split("/")[2:4]), SLICES),
            "nodes": a_list("NodeList", "v1", [THIS_NODE]),
            "endpoints": a_list("EndpointsList", "v1", []),
            NODE: THIS_NODE,
        }
        document = known.get(path.rpartition("/")[2])
        self.answer(document or {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404}, 200 if document else 404)

    def do_POST(self) -> None:
        """Events, which nobody reads here."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.answer({"kind": "Status", "apiVersion": "v1", "status": "Success"}, 201)

    do_PATCH = do_PUT = do_POST

    def log_message(self, *_) -> None:
        print(self.command, self.path, file=sys.stderr, flush=True)


ThreadingHTTPServer(("127.0.0.1", 8001), Handler).serve_forever()
