"""Every supplier of every linked commodity at four levels, through markets and economy, with both ends of the links."""

import time

import critmin as cm

economy = cm.Economy()
cm.sweep(commodities="gallium", levels=[1.0], economy=economy)  # the dataset is decoded
begun = time.perf_counter()
swept = cm.sweep(assumed_net_export_share=0.5, economy=economy)
seconds = time.perf_counter() - begun
print(f"inner: {seconds} {swept.scenarios.filter(swept.scenarios['status'] != 'unsolved').height}")
