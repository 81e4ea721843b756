module example.com/kops

go 1.22
