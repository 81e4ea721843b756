# kubectl for local-exec provisioners, proved on the machine that runs Terraform. If it cannot be proved, the run fails
# before it touches anything that depends on kubectl.

variable "kubectl_version" {
  type    = string
  default = "v1.30.2"
}

variable "tools_directory" {
  type    = string
  default = ".terraform/tools"
}

resource "terraform_data" "kubectl" {
  triggers_replace = [var.kubectl_version, var.tools_directory]

  provisioner "local-exec" {
    interpreter = ["bash", "-euc"]
    command     = <<-EOT
      k8s-verify kubectl "$KUBECTL_VERSION" --install-dir "$TOOLS_DIRECTORY" --save-bundle --quiet
    EOT
    environment = {
      KUBECTL_VERSION = var.kubectl_version
      TOOLS_DIRECTORY = var.tools_directory
    }
  }
}

output "kubectl" {
  value      = "${var.tools_directory}/kubectl"
  depends_on = [terraform_data.kubectl]
}
