# kubectl for local-exec provisioners, proved on the machine that runs Terraform, whichever that
# is: the state may be remote and the next run on a laptop or in CI. If kubectl cannot be proved,
# the command does not run and the apply fails; nothing that depends on it is made, and the next
# apply does it again.

variable "kubectl_version" {
  type    = string
  default = "v1.30.2"
}

variable "tools_directory" {
  type    = string
  default = ".terraform/tools"
}

variable "manifests" {
  type    = string
  default = "manifests"
}

locals {
  # For every local-exec that needs kubectl. Nothing about kubectl is in the state, which says
  # nothing about this machine.
  with_kubectl = [
    "bash", "${path.module}/with-kubectl.sh", var.kubectl_version, var.tools_directory
  ]

  files = sort(fileset(var.manifests, "**"))
}

resource "terraform_data" "deployment" {
  triggers_replace = [for file in local.files : filesha256("${var.manifests}/${file}")]

  provisioner "local-exec" {
    interpreter = local.with_kubectl
    command     = "kubectl apply --filename \"$MANIFESTS\""
    environment = {
      MANIFESTS = var.manifests
    }
  }
}
