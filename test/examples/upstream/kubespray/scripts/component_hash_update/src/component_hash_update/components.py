"""
What is downloaded: a minimal file of the form of kubespray's, with its entries for Kubernetes.
"""

infos = {
    "kubeadm": {
        "url": "https://dl.k8s.io/release/v{version}/bin/linux/{arch}/kubeadm.sha256",
        "graphql_id": "R_kgDOAToIkg",
    },
    "kubectl": {
        "url": "https://dl.k8s.io/release/v{version}/bin/linux/{arch}/kubectl.sha256",
        "graphql_id": "R_kgDOAToIkg",
    },
    "kubelet": {
        "url": "https://dl.k8s.io/release/v{version}/bin/linux/{arch}/kubelet.sha256",
        "graphql_id": "R_kgDOAToIkg",
    },
    "nerdctl_archive": {
        "url": "https://github.com/containerd/nerdctl/releases/download/v{version}/SHA256SUMS",
        "graphql_id": "R_kgDOEvuRnQ",
    },
}
