"""Turns the output of `cargo metadata` into a software bill of materials: CycloneDX 1.5, JSON.

What is built into the program is listed, with licence, checksum and dependencies; what is for tests alone is not.
"""

import json
import os
import re
import sys

metadata = json.load(sys.stdin)
packages = {package["id"]: package for package in metadata["packages"]}
nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
root = metadata["resolve"]["root"]


def checksums():
    """The checksum of each package of Cargo.lock, by name and version."""
    found = {}
    for block in open("Cargo.lock", encoding="utf-8").read().split("[[package]]")[1:]:
        field = dict(re.findall(r'^(name|version|checksum) = "(.*)"$', block, re.M))
        found[field["name"], field["version"]] = field.get("checksum")
    return found


def needed_by(id):
    """What is built for this package: no dependency of tests alone."""
    kinds = lambda edge: {kind["kind"] for kind in edge["dep_kinds"]}
    return sorted(edge["pkg"] for edge in nodes[id]["deps"] if kinds(edge) - {"dev"})


def purl(package):
    return f"pkg:cargo/{package['name']}@{package['version']}"


def component(package, sums):
    """One part of the program."""
    entry = {
        "type": "library",
        "bom-ref": purl(package),
        "name": package["name"],
        "version": package["version"],
        "purl": purl(package),
    }
    if package["license"]:
        entry["licenses"] = [{"expression": package["license"].replace("/", " OR ")}]
    if sums.get((package["name"], package["version"])):
        content = sums[package["name"], package["version"]]
        entry["hashes"] = [{"alg": "SHA-256", "content": content}]
    if package["repository"]:
        entry["externalReferences"] = [{"type": "vcs", "url": package["repository"]}]
    return entry


def reached():
    """All that the program needs, itself among them."""
    seen, left = set(), [root]
    while left:
        id = left.pop()
        if id not in seen:
            seen.add(id)
            left.extend(needed_by(id))
    return sorted(seen, key=lambda id: purl(packages[id]))


sums, parts = checksums(), reached()
main = component(packages[root], sums) | {"type": "application"}
bom = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.5",
    "version": 1,
    "metadata": {
        "component": main,
        "properties": [{"name": "cargo:target", "value": os.environ["SBOM_TARGET"]}],
    },
    "components": [component(packages[id], sums) for id in parts if id != root],
    "dependencies": [
        {"ref": purl(packages[id]), "dependsOn": [purl(packages[to]) for to in needed_by(id)]}
        for id in parts
    ],
}
json.dump(bom, sys.stdout, indent=2)
print()
