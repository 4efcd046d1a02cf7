"""Google's own Python client upgrades pools of nodes of the blue-green kind: an upgrade is completed before its time, another one is
cancelled and rolled back. Arguments: the address, the list of operations (not needed)."""

import sys
import time

from gcp_shapes import Cloud

PROJECT = "acme-prod"
REGION = "europe-west1"
HOME = f"projects/{PROJECT}/locations/{REGION}"
CLUSTER = f"{HOME}/clusters/shop"
POOL = f"{CLUSTER}/nodePools/web"
# In the sandbox's time the soaking alone takes longer.
LONG = 3000


class Life:
    """A cluster with its network."""

    def __init__(self, url):
        self.cloud = Cloud(url)
        self.compute = self.cloud.service("compute")
        self.container = self.cloud.service("container").projects().locations()
        self.pools = self.container.clusters().nodePools()

    def until(self, ask, seconds=30):
        """The operation at its end."""
        end = time.time() + seconds
        while True:
            operation = self.cloud(ask())
            if operation["status"] == "DONE":
                return operation
            assert time.time() < end, operation
            time.sleep(0.02)

    def wait(self, operation):
        """A cluster's operation, at its end."""
        return self.until(lambda: self.container.operations().get(name=f"{HOME}/operations/{operation['name']}"))

    def good(self, request):
        """Does it and waits; it goes well."""
        done = self.wait(self.cloud(request))
        assert "error" not in done, done
        return done

    def net(self, request, regional=False):
        """The same, in Compute."""
        operation = self.cloud(request)
        name = operation["name"]
        if regional:
            done = self.until(lambda: self.compute.regionOperations().get(project=PROJECT, region=REGION, operation=name))
        else:
            done = self.until(lambda: self.compute.globalOperations().get(project=PROJECT, operation=name))
        assert "error" not in done, done

    def pool(self):
        """The pool as it is."""
        return self.cloud(self.pools.get(name=POOL))

    def build(self, version):
        """A network, and a cluster with a pool of nodes on an older version."""
        body = {"name": "shop", "autoCreateSubnetworks": False}
        self.net(self.compute.networks().insert(project=PROJECT, body=body))
        body = {"name": "shop", "network": "global/networks/shop", "ipCidrRange": "10.0.0.0/20"}
        self.net(self.compute.subnetworks().insert(project=PROJECT, region=REGION, body=body), True)
        soak = {"standardRolloutPolicy": {"batchNodeCount": 1}, "nodePoolSoakDuration": f"{LONG}s"}
        pool = {
            "name": "web", "initialNodeCount": 1, "version": version,
            "upgradeSettings": {"strategy": "BLUE_GREEN", "blueGreenSettings": soak},
        }
        cluster = {
            "name": "shop", "network": "shop", "subnetwork": "shop", "nodePools": [pool],
            "ipAllocationPolicy": {"useIpAliases": True},
        }
        self.good(self.container.clusters().create(parent=HOME, body={"cluster": cluster}))

    def take_down(self):
        """Everything goes."""
        self.good(self.container.clusters().delete(name=CLUSTER))
        self.net(self.compute.subnetworks().delete(project=PROJECT, region=REGION, subnetwork="shop"), True)
        self.net(self.compute.networks().delete(project=PROJECT, network="shop"))


def completes(life, old, new):
    """The upgrade's soaking is cut short."""
    operation = life.cloud(life.pools.update(name=POOL, body={"nodeVersion": new}))
    assert operation["operationType"] == "UPGRADE_NODES" and operation["status"] != "DONE", operation
    assert (life.pool()["status"], life.pool()["version"]) == ("RECONCILING", old), life.pool()
    began = time.time()
    assert life.cloud(life.pools.completeUpgrade(name=POOL, body={})) == {}
    done = life.wait(operation)
    assert "error" not in done and time.time() - began < 5, done
    pool = life.pool()
    assert (pool["status"], pool["version"]) == ("RUNNING", new), pool
    # There is none any more.
    life.cloud(life.pools.completeUpgrade(name=POOL, body={}), (400, "FAILED_PRECONDITION"))


def rolls_back(life, old, new):
    """The upgrade is cancelled, and what was replaced already is put back."""
    operation = life.cloud(life.pools.update(name=POOL, body={"nodeVersion": new}))
    # Another operation of the pool has to wait.
    life.cloud(life.pools.rollback(name=POOL, body={}), (400, "FAILED_PRECONDITION"))
    path = f"{HOME}/operations/{operation['name']}"
    assert life.cloud(life.container.operations().cancel(name=path, body={})) == {}
    ended = life.wait(operation)
    assert ended["status"] == "DONE" and ended["error"]["code"] == 1, ended
    back = life.cloud(life.pools.rollback(name=POOL, body={"respectPdb": True}))
    assert back["operationType"] == "UPGRADE_NODES" and back["targetLink"].endswith("/nodePools/web"), back
    life.cloud(life.pools.completeUpgrade(name=POOL, body={}))
    done = life.wait(back)
    assert "error" not in done, done
    pool = life.pool()
    assert (pool["status"], pool["version"]) == ("RUNNING", old), pool


def main():
    """One life."""
    life = Life(sys.argv[1])
    config = life.cloud(life.container.getServerConfig(name=HOME))
    channel = next(one for one in config["channels"] if one["channel"] == "REGULAR")
    master = channel["defaultVersion"]
    minor = lambda version: tuple(int(part) for part in version.split("-")[0].split("."))
    older = sorted({one for one in config["validNodeVersions"] if minor(one) < minor(master)}, key=minor)
    oldest, middle = older[-2], older[-1]
    life.build(oldest)
    assert life.pool()["version"] == oldest, life.pool()
    rolls_back(life, oldest, middle)
    completes(life, oldest, middle)
    life.take_down()
    assert not life.cloud.problems, "\n" + "\n".join(sorted(set(life.cloud.problems)))
    print("ok")


main()
